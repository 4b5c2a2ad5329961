"""The band's application: sensor, record, log, link, each in its file, joined in app.py."""
