"""E-invoices and electronic order documents: UBL, UN/CEFACT, and XML inside PDFs."""
