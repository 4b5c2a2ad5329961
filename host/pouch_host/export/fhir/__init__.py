"""FHIR R4 (4.0.1) resources of an export.

    codes          code systems, and our own codes, made of the columns
    ids, values    logical ids; quantities, periods and sampled data
    people         Organization, Patient, Device, DeviceUseStatement
    temperatures   Observations of temperature: minutes of a local day
    contact        Observations of skin-to-skin contact: days and sessions
    writers        NDJSON files and transaction Bundles

A resource is plain data as FHIR's JSON has it. docs/FHIR.md says what is in each, and why.
"""
