/* upkeep.h: what `matinee serve` does beside the requests, some times a second: new keys are read,
 * and a SIGHUP reads the model files again. */
#ifndef MATINEE_CLI_UPKEEP_H
#define MATINEE_CLI_UPKEEP_H

#include "cli/command.h"
#include "cli/served.h"
#include "http/keyring.h"
#include "store/keys.h"

struct upkeep {
    struct served *served; /* borrowed; all else begins as zeroes */
    struct feedback *keys; /* where they are kept; NULL: nowhere */
    struct feedback *own;  /* the same if it is not the service's store */
    struct keyring *keyring;
    double next_look;
};

/* From here on a SIGHUP is for upkeep_tick. */
void upkeep_begin(struct upkeep *upkeep);
/* Reads the keys, when the service has its store. Errors: the one that was asked for cannot be
 * read; the host lets others in and there is neither a key nor --insecure (STATUS_BAD_USAGE). */
enum status upkeep_open_keys(struct upkeep *upkeep, const struct arguments *arguments,
                             struct error *error);
void upkeep_tick(void *context); /* the upkeep; for api_serve */
void upkeep_end(struct upkeep *upkeep);

#endif
