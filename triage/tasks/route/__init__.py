"""Where a ticket should go: by the company's policy first, then by where its own solved tickets went."""
