from datetime import date

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from pouch_host.errors import StoreError
from pouch_host.store import Infant, Store, schema
from pouch_host.store.engine import make_engine
from pouch_host.store.migrate import prepare


def test_migrations_from_empty_make_the_tables_that_the_program_uses(path):
    engine = make_engine(path)
    prepare(engine, str(path))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()


def test_store_of_the_first_version_keeps_everything_and_takes_targets(path):
    # Goal: a ward's store survives an update. Method: one as the first version left it.
    engine = make_engine(path)
    config = Config()
    config.set_main_option("script_location", "pouch_host.store:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO band (band_id, label) VALUES (18, 'P-00000012')",
            "INSERT INTO infant (code) VALUES ('bed-1'), ('bed-2')",
            "INSERT INTO assignment (band_id, infant_id, from_utc_s) VALUES (18, 2, 1000)",
            "INSERT INTO audit VALUES (1, 1001, 'assigned', 18, 'bed-2', 1000, NULL)",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    with Store.open(path, create=False) as store:
        assert [(one.code, one.target_minutes) for one in store.infants()] == [
            ("bed-1", None),
            ("bed-2", None),
        ]
        (given,) = store.assignments("bed-2")
        assert (given.band_id, given.from_utc_s) == (18, 1000)
        store.set_target("bed-2", 6, when_utc_s=2000)
    engine = make_engine(path)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(schema.audit)).all()
        # Keys of the audit are never given twice, before and after.
        ddl = connection.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'audit'"))
    engine.dispose()
    assert [tuple(row) for row in rows] == [
        (1, 1001, "assigned", 18, "bed-2", 1000, None, None, None, None),
        (2, 2000, "target", None, "bed-2", None, None, 360, None, None),
    ]
    assert "AUTOINCREMENT" in str(ddl)


def test_store_of_the_fourth_version_keeps_its_infants_and_takes_dates_of_birth(path):
    # Goal: whoever was admitted before the date of birth was asked for stays as it was.
    engine = make_engine(path)
    config = Config()
    config.set_main_option("script_location", "pouch_host.store:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
    columns = "code, target_minutes, weight_g, gestation_days, admitted_utc_s, discharged_utc_s"
    with engine.begin() as connection:
        for statement in (
            f"INSERT INTO infant ({columns}) VALUES ('bed-1', 480, 1450, 238, 1000, NULL)",
            f"INSERT INTO infant ({columns}) VALUES ('bed-2', NULL, NULL, NULL, NULL, 3000)",
            "INSERT INTO handover VALUES (1, 1, 1500, 'mother', 'Amina', 1500)",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    with Store.open(path, create=False) as store:
        assert store.infants() == [
            Infant(1, "bed-1", 480, 1450, 238, 1000, None),
            Infant(2, "bed-2", None, None, None, None, 3000),
        ]
        assert [one.born_on for one in store.infants()] == [None, None]
        assert len(store.handovers.of_infant("bed-1")) == 1
        store.admissions.edit(
            "bed-1", when_utc_s=2000, who="Amina", weight_g=1450, gestation_days=238,
            target_minutes=480, born_on=date(1970, 1, 1),
        )  # fmt: skip
        assert store.admissions.infant("bed-1").born_on == date(1970, 1, 1)


def test_migrations_end_at_the_version_that_the_program_states():
    config = Config()
    config.set_main_option("script_location", "pouch_host.store:migrations")
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [schema.SCHEMA_VERSION]
    versions = [step.revision for step in script.walk_revisions()]
    assert all(version.isdigit() for version in versions)


def test_prepare_failing_half_way_leaves_no_table(path):
    # Goal: a store is whole or absent. Method: a table of the same name is in the way of the
    # first migration's last step, within its transaction.
    engine = make_engine(path)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE VIEW segment AS SELECT 1 AS one")
    with pytest.raises(StoreError, match="segment"):
        prepare(engine, str(path))
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def test_tables_fit_postgresql():
    # Every u32 needs 64 bits there: its integer is signed.
    dialect = postgresql.dialect()
    ddl = {
        table.name: str(CreateTable(table).compile(dialect=dialect))
        for table in schema.metadata.sorted_tables
    }
    assert "band_id BIGINT" in ddl["band"]
    assert "segment_id BIGSERIAL" in ddl["segment"]
    assert "first_record_no BIGINT" in ddl["segment"]
    assert "data BYTEA" in ddl["segment"]
    assert "fingerprint BYTEA" in ddl["derived_block"]
    assert "ON DELETE CASCADE" in ddl["derived_day"]
