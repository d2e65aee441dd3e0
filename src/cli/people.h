/* people.h: the option of commands that look into the store of what people do. */
#ifndef MATINEE_CLI_PEOPLE_H
#define MATINEE_CLI_PEOPLE_H

#include "cli/command.h"
#include "store/feedback.h"

/* The row of their table of options. */
/* clang-format off */
#define PEOPLE_STORE_OPTION                                                                        \
    {{"--store", SETTING_TEXT, "", 0, 0, NULL, NULL,                                               \
      "what people do: an SQLite file or postgresql://...; else the one of the data folder"},      \
     "STORE",                                                                                      \
     "MATINEE_PEOPLE",                                                                             \
     WORD_FILE}
/* clang-format on */

/* The row of those that look for keys. */
/* clang-format off */
#define PEOPLE_KEYS_OPTION                                                                         \
    {{"--keys", SETTING_TEXT, "", 0, 0, NULL, NULL,                                                \
      "where keys are kept, if not in the store: a file of their own or postgresql://..."},        \
     "STORE",                                                                                      \
     "MATINEE_KEYS",                                                                               \
     WORD_FILE}
/* clang-format on */

/* Opens the store that the option names; the caller's, to be given to feedback_close. */
enum status people_open(struct feedback **out, const struct arguments *arguments,
                        struct error *error);
/* The same for who wants what is in it: a file that is not there is an error and not made. */
enum status people_open_present(struct feedback **out, const struct arguments *arguments,
                                struct error *error);
/* Opens what --keys names; NULL if it names nothing: then keys are in the store. */
enum status people_open_keys(struct feedback **out, const struct arguments *arguments,
                             struct error *error);
/* The file of keys that earlier versions had in the data folder; lives in the arena. */
const char *people_old_keys(struct arena *arena);
/* Copies the keys of the file that earlier versions had (what --keys names, or keys.db of the data
 * folder), if it is there, and says so when any are new. */
enum status people_take_keys(struct feedback *store, const struct arguments *arguments,
                             struct error *error);

#endif
