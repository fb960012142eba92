"""Checks of answers by code: quotes, numbers, references, sums.

`answers.verify(answer, view)` is the door; `pages.verify_paper`, `numbers.unsupported` and
`references.find_references` serve alone.
"""
