from tests.frameworks.why_contract import WhyContract


class TestWhy(WhyContract):
    pass
