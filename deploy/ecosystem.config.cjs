// The miner under PM2, installed in .venv of this clone, with its settings in .env beside it:
//
//     pm2 start deploy/ecosystem.config.cjs
//     pm2 save && pm2 startup     # again after a reboot
//
// PM2 cannot raise the limit of file descriptors: run `ulimit -n 65536` in the shell before
// `pm2 start` (and LimitNOFILE=65536 in the unit that `pm2 startup` writes). 1024 do: 768 connections.
//
const path = require("node:path");

const project = path.resolve(__dirname, "..");

module.exports = {
  apps: [
    {
      name: "touchline",
      script: path.join(project, ".venv", "bin", "touchline"),
      args: "serve", // address and port: TOUCHLINE_HOST, TOUCHLINE_PORT
      interpreter: "none",
      cwd: project,

      // Told to end, the service finishes the challenge that runs: GIVE_UP_AFTER_SECONDS + 5 at most.
      // Only then is it killed. Raise this with that setting.
      kill_timeout: 240_000,
      // The service ends its own processes; they must outlive the signal as long as it does.
      treekill: false,

      // Come back after every crash, ever slower up to 15 s; but not where a setting is wrong (2).
      exp_backoff_restart_delay: 1000,
      stop_exit_codes: [2],

      // PM2 keeps the environment that it starts from in a file. A password belongs into .env.
      filter_env: ["BT_PW"],
    },
  ],
};
