"""Drafts of answers: from checked facts only, in the language of whoever wrote, with blanks where a person decides."""
