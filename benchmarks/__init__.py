"""Measurements that are run on demand (`make bench`), never as timed tests."""
