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
    struct keys *keys;     /* NULL: there is no file of keys */
    struct keyring *keyring;
    double next_look;
};

/* Opens the keys. Errors: the file that was asked for cannot be read; the host lets others in and
 * there is neither a key nor --insecure (STATUS_BAD_USAGE). */
enum status upkeep_begin(struct upkeep *upkeep, const struct arguments *arguments,
                         struct error *error);
void upkeep_tick(void *context); /* the upkeep; for api_serve */
void upkeep_end(struct upkeep *upkeep);

#endif
