/* data_json.h: `matinee data list|info --json`. */
#ifndef MATINEE_CLI_DATA_JSON_H
#define MATINEE_CLI_DATA_JSON_H

#include <jansson.h>

#include "base/arena.h"
#include "dataset/dataset.h"
#include "dataset/summary.h"

/* {"data": [{"name", "title", "facts", "licence", "download_bytes", "place"}]} */
json_t *data_json_list(struct arena *arena);
/* Every figure of `matinee data info`. */
json_t *data_json_summary(const struct dataset *dataset, const struct summary *summary);

#endif
