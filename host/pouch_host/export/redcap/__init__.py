"""A REDCap project: its data dictionary, and records for its data import tool.

    columns --> forms --> fields --+--> dictionary    data_dictionary.csv, repeating instruments
                                   +--> values        one row of a table as one row of a form
                                   +--> guide         IMPORT.md: what to do with the files

docs/REDCAP.md says how to set such a project up. Nothing here talks to a server.
"""
