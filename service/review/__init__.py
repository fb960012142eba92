"""The review pages: a queue that is somebody's, a card with its evidence, a decision in one keystroke."""
