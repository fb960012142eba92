"""Bytes to pages of words with boxes, and the search for fields on them."""
