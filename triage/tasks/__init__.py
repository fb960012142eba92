"""What is asked of a view: classify, extract, summarise; each embedded and prompted."""
