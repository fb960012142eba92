"""The gate: a server action inside Odoo through which the service user may do five things, and nothing else.

The service user has read rights only. The gate runs as its own code inside Odoo, checks verb, model and field against
its allow-list, checks that the service user may read the record, and writes as superuser with the service user as the
author. It renders notes itself from typed fields, so that no markup comes in from outside.
"""
