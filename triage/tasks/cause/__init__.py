"""Why an order is late or at risk: competing causes from facts and from what the thread says."""
