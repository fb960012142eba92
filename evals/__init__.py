"""Measurements that run offline."""
