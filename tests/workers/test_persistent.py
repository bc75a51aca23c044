from multiprocessing import active_children

from mnist_studio.frameworks import registry
from mnist_studio.workers.persistent import StayingChild
from mnist_studio.workers.process import Child


class Asked(StayingChild):
    def ask(self) -> None:
        self._child = self._child or Child("views", "", registry.environment("numpy", 1))


def test_its_child_ends_with_it() -> None:
    with Asked() as asked:
        asked.ask()
        assert len(active_children()) == 1
    assert active_children() == []


def test_it_may_be_closed_twice_and_unasked() -> None:
    asked = Asked()
    asked.close()
    asked.ask()
    asked.close()
    asked.close()
    assert active_children() == []
