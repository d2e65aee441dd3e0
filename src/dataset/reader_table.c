/* reader_table.c: one file with a line for each interaction: user, item and perhaps rating and
 * time, between commas, tabs, semicolons, pipes, blanks or "::", with or without a line of names.
 */
#include "dataset/movies.h"
#include "dataset/ratings.h"
#include "dataset/reader.h"
#include "dataset/sniff.h"

/* Files that lie beside data and are none. */
static bool is_bystander(const char *name) {
    static const char *const beginnings[] = {"readme",  "license", "licence", "copying", "notice",
                                             "movies.", "users.",  "links.",  "tags."};
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        for (size_t c = 0;; c++) {
            if (!beginnings[i][c])
                return true;
            if ((name[c] | 0x20) != (beginnings[i][c] | 0x20))
                break;
        }
    return false;
}

/* The file named, or of a folder the only one that is a table. */
static const struct volume_member *find(const struct volume *volume,
                                        struct ratings_format *format) {
    const struct volume_member *found = NULL;
    struct ratings_format candidate;
    struct sniff sniff;
    for (size_t i = 0; i < volume->member_count; i++) {
        const struct volume_member *member = &volume->members[i];
        if (!volume->is_single && is_bystander(member->name))
            continue;
        sniff_member(&sniff, member);
        if (!sniff_table(&sniff, !volume->is_single, &candidate))
            continue;
        if (found)
            return NULL;
        found = member;
        *format = candidate;
    }
    return found;
}

static int probe(const struct volume *volume) {
    struct ratings_format format;
    return find(volume, &format) ? 50 : 0;
}

static enum status read_all(struct assembly *assembly, struct error *error) {
    struct ratings_format format;
    const struct volume_member *member = find(assembly->volume, &format);
    if (!member)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: expected one file with user, item and perhaps rating and time",
                         assembly->volume->path);
    TRY(ratings_read(assembly, member, &format, &assembly->rows, error));
    TRY(movies_facts_read(assembly, error));
    return assembly_finish(assembly, error);
}

const struct reader_ops reader_table = {
    .name = "table",
    .summary = "CSV or TSV: user,item[,rating[,time]], with or without a header",
    .probe = probe,
    .read = read_all,
};
