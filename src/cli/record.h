/* record.h: where the commands that train keep their runs. */
#ifndef MATINEE_CLI_RECORD_H
#define MATINEE_CLI_RECORD_H

#include "cli/command.h"
#include "cli/job.h"
#include "experiment/recorder.h"

/* Rows to be put into a command's table of options: --store, and with it --no-record. */
/* clang-format off */
#define RECORD_STORE_OPTION                                                                        \
    {{"--store", SETTING_TEXT, "", 0, 0, NULL, NULL,                                               \
      "the store of runs; matinee.db in the data folder if not said"},                             \
     "FILE",                                                                                       \
     "MATINEE_STORE",                                                                              \
     WORD_FILE}
#define RECORD_OPTIONS                                                                             \
    RECORD_STORE_OPTION,                                                                           \
    {{"--record", SETTING_BOOL, "true", 0, 0, NULL, NULL,                                          \
      "keep the run in the store; --no-record does not"},                                          \
     NULL,                                                                                         \
     NULL,                                                                                         \
     WORD_NONE}
/* clang-format on */

/* What --store says, else the data folder's. */
const char *record_store(const struct arguments *arguments);
/* A recorder for a job; without a store where --no-record or logger.use_store=false say so. */
struct recorder *record_begin(const struct arguments *arguments, const struct job *job);
/* Tells a person at a terminal a run's number. */
void record_tell(int64_t id, struct progress *progress);

#endif
