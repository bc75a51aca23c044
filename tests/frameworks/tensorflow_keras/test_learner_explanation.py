from tests.frameworks.explanation_contract import WhyContract


class TestWhy(WhyContract):
    pass
