from tests.frameworks.parity import ParityContract


class TestParity(ParityContract):
    pass
