/* given.h: splits that ship with a data set as separate files. */
#ifndef MATINEE_DATASET_GIVEN_H
#define MATINEE_DATASET_GIVEN_H

#include "base/error.h"
#include "dataset/assembly.h"
#include "dataset/ratings.h"

/* Reads a file of test rows and divides the finished data set's interactions into the others and
 * these. Errors: a row whose user and item the data set does not have together. */
enum status given_read_test(struct assembly *assembly, const struct volume_member *member,
                            const struct ratings_format *format, struct interactions *train,
                            struct interactions *test, struct error *error);

/* An index by the number that a file uses for it. */
typedef uint32_t given_index(void *context, bool is_user, struct text_slice number);

/* Reads lists of candidates, "(user,item)" and then the items, between tabs, into
 * dataset->given. Errors: a pair that is not in the test, unknown users. */
enum status given_read_candidates(struct assembly *assembly, const struct volume_member *member,
                                  given_index *index, void *context, struct error *error);

#endif
