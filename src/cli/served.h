/* served.h: the model files that `matinee serve` answers with: read at the start, again at a
 * SIGHUP, and made ready for wishes in words in the background. */
#ifndef MATINEE_CLI_SERVED_H
#define MATINEE_CLI_SERVED_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "cli/command.h"
#include "service/service.h"

#define SERVED_MAX 256

struct served {
    struct service *service;                /* borrowed; all else begins as zeroes */
    struct snapshot *snapshots[SERVED_MAX]; /* held while their films are read */
    size_t snapshot_count;
    pthread_t thread;
    bool is_preparing, has_words;
    atomic_bool cancel;
};

/* The files named, or those of --model-dir, or the newest there is. */
enum status served_load(struct served *served, const struct arguments *arguments,
                        struct error *error);
/* Opens the encoder and begins to read the films. Without an encoder wishes in words are refused,
 * unless one was asked for: then it is an error. */
enum status served_prepare(struct served *served, const struct arguments *arguments,
                           struct error *error);
/* Reads every file again in the background; each replaces what was served when it is ready, and one
 * that cannot be read leaves the old one in its place, with a warning. */
void served_reload(struct served *served);
void served_end(struct served *served);

#endif
