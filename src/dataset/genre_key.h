/* genre_key.h: what makes two spellings the same genre: letters and digits in lower case, so that
 * "Sci-Fi" is "sci fi", and "Children's" is "Children". */
#ifndef MATINEE_DATASET_GENRE_KEY_H
#define MATINEE_DATASET_GENRE_KEY_H

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define GENRE_KEY_BYTES 48

/* Writes the key of a name with '\0'; longer ones are cut. */
static inline void genre_key(const char *name, size_t length, char key[GENRE_KEY_BYTES]) {
    size_t used = 0;
    for (size_t i = 0; i < length && used + 1 < GENRE_KEY_BYTES; i++)
        if (isalnum((unsigned char)name[i]) || (unsigned char)name[i] >= 0x80)
            key[used++] = (char)tolower((unsigned char)name[i]);
    key[used] = '\0';
    if (strcmp(key, "childrens") == 0)
        key[used - 1] = '\0';
}

#endif
