"""The mails of the linking set: a book of records, the stories, and what makes mail files of them."""
