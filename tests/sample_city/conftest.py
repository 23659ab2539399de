"""What lies here is another repository: tests/properties/test_policy_laws.py runs it as one."""

collect_ignore = ["test_linjiang.py"]
