import pytest
from pathlib import Path
from app.sync.outbox import sync_once
from tests.sync.world import World

@pytest.fixture
def world(tmp_path):
    with World(tmp_path) as world:
        yield world

def test_all(world):
    central = world.central(); ws = world.workstation(); c = world.enrolled(ws, central)
    ws.call(1); ws.call(2, 700_000)
    print(sync_once(ws.store, ws.journal.path.parent, c, print))
    print(sync_once(ws.store, ws.journal.path.parent, c, print))
    import subprocess; subprocess.run(["find", central.stores.folder]); subprocess.run("cat %s/journals/*/receipts/* %s/batches/*/*" % ((central.stores.folder,)*2), shell=True)
