/* settings_nearest.c: the nearest name to what somebody typed, for "did you mean" messages.
 *
 * Idea     Edit distance in which two swapped neighbours count as one change (optimal string
 *          alignment): the usual slips of a keyboard are all one step.
 * Cost     length of the wanted name * length of each candidate; names beyond 63 bytes are not
 *          compared.
 * Checked  tests/base/test_settings.c. */
#include <ctype.h>
#include <string.h>

#include "base/settings.h"

#define NAME_MAX_LENGTH 63

static size_t smallest(size_t a, size_t b, size_t c) {
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* '-' and '_', capitals and small letters are the same key to a person. */
static char folded(char letter) {
    return letter == '-' ? '_' : (char)tolower((unsigned char)letter);
}

static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t rows[3][NAME_MAX_LENGTH + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        above[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            bool same = folded(a[i - 1]) == folded(b[j - 1]);
            row[j] = smallest(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same);
            bool swapped = i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                           folded(a[i - 2]) == folded(b[j - 1]);
            if (swapped && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        size_t *free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    return above[b_length];
}

const char *settings_nearest(const char *wanted, const char *(*next)(void *context, size_t index),
                             void *context) {
    size_t wanted_length = strlen(wanted);
    if (wanted_length == 0 || wanted_length > NAME_MAX_LENGTH)
        return NULL;
    size_t best_index = 0, best_distance = wanted_length / 3 + 1;
    const char *name;
    for (size_t index = 0; (name = next(context, index)); index++) {
        size_t length = strlen(name);
        if (length > NAME_MAX_LENGTH)
            continue;
        size_t distance = edit_distance(wanted, wanted_length, name, length);
        if (distance < best_distance) {
            best_distance = distance;
            best_index = index;
        }
    }
    /* Asked again by index, because `next` may yield every name in the same buffer. */
    return best_distance <= wanted_length / 3 ? next(context, best_index) : NULL;
}
