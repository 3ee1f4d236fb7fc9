"""etcd's releases, flags, spellings and our baseline on top of its defaults."""
