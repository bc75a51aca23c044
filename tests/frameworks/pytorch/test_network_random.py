from tests.frameworks.random_contract import RandomNetworkContract


class TestRandomNetworks(RandomNetworkContract):
    pass
