"""Settings for a JupyterHub on which people take the course; INSTRUCTORS.md says where they go.

For The Littlest JupyterHub, copy this file into ``/opt/tljh/config/jupyterhub_config.d/``. In a configuration of your
own, say ``load_subconfig("…/jupyterhub_config.py")``. ``python tests/hub/trial.py`` runs a hub with exactly this file.
"""

c = get_config()  # noqa: F821

# One thread for each kernel: those of a full server would wait for each other.
c.Spawner.environment.update(
    {name: "1" for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")}
)

# When a class begins, all servers start at once. The usual 60 and 30 seconds are meant for one at a time.
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300
