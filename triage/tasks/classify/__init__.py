"""Which exceptions a case shows: from facts where they prove one, from the newest message otherwise."""
