/* recommend.c: ten films for one person: recommend MODEL_FILE USER_ID
 * cc recommend.c $(pkg-config --cflags --libs matinee) -o recommend */
#include <matinee.h>
#include <stdio.h>

int main(int count, char **arguments) {
    matinee *m = NULL;
    matinee_film films[10];
    if (count != 3 || matinee_open(&m, arguments[1]) != MATINEE_OK) {
        fprintf(stderr, "%s\n", count == 3 ? matinee_last_error() : "usage: recommend FILE USER");
        return 1;
    }
    const ptrdiff_t found = matinee_recommend(m, arguments[2], films, 10);
    if (found < 0)
        fprintf(stderr, "%s\n", matinee_last_error());
    for (ptrdiff_t i = 0; i < found; i++)
        printf("%5.3f  %s\n", (double)films[i].score, films[i].title);
    matinee_close(m);
    return found < 0;
}
