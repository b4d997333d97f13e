"""All that we hold of somebody, for herself: to take along, and to have erased (T71, T72)."""
