"""How the parts are put together: the only place that names concrete adapters.

``connectors`` finds the class of each table, ``rota`` and ``journal`` are what commands without a screen need,
``stations`` puts everything together, ``demo`` does so for the made-up night. Each is imported by itself, because
whoever asks for the rota had better not wait for the made-up night.
"""
