/* bench_serve.h: `matinee bench serve`: how many requests a second, and how long each takes. */
#ifndef MATINEE_CLI_BENCH_SERVE_H
#define MATINEE_CLI_BENCH_SERVE_H

#include "cli/command.h"

enum status bench_serve_run(const struct arguments *arguments, struct error *error);

#endif
