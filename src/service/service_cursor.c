/* service_cursor.c: where a page ends, as a text for the next request. See service.h.
 *
 * A cursor is a tie to the snapshot and an offset into a list: "9c1f3a02-20". A list is the same
 * for the same snapshot and history, so pages never overlap; a cursor of another snapshot is no
 * cursor. Checked by tests/service/test_service_wishes.c. */
#include <stdlib.h>
#include <string.h>

#include "service/service_internal.h"

/* FNV-1a over what tells one snapshot from another. */
static uint32_t tie_of(const struct snapshot *snapshot) {
    uint32_t hash = 2166136261u;
    const unsigned char *checksum = snapshot->catalogue->checksum;
    for (size_t i = 0; i < sizeof snapshot->catalogue->checksum; i++)
        hash = (hash ^ checksum[i]) * 16777619u;
    for (const char *at = snapshot->model->ops->name; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    for (int byte = 0; byte < 8; byte++)
        hash = (hash ^ (uint32_t)(snapshot->serial >> (8 * byte) & 0xff)) * 16777619u;
    return hash;
}

const char *service_cursor(const struct snapshot *snapshot, size_t offset, struct arena *arena) {
    return arena_format(arena, "%08x-%zu", tie_of(snapshot), offset);
}

bool service_cursor_read(const struct snapshot *snapshot, const char *text, size_t *offset) {
    char *end;
    const char *dash = strchr(text, '-');
    if (!dash || dash - text != 8 || strspn(text, "0123456789abcdef") != 8 || dash[1] < '0' ||
        dash[1] > '9' || strtoul(text, &end, 16) != tie_of(snapshot))
        return false;
    const unsigned long long value = strtoull(dash + 1, &end, 10);
    if (*end || value > snapshot->catalogue->items.count)
        return false;
    *offset = (size_t)value;
    return true;
}
