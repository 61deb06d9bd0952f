pytest_plugins = ["tapstack_interop.plugin"]
