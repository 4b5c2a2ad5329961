"""Exports: tables that a researcher can publish, with what each column means.

    store --> selection --> tables/*.py --> write_csv, write_parquet, ... --> folder
                  |              |                                             ^
                  |           columns  --------------> codebook ---------------+
             deidentify                                         job: staged, resumed, named last

Nothing here writes to a store.
"""
