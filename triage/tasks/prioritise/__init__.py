"""Which order at risk comes first: a score from facts with weights of policy, and by when somebody must act."""
