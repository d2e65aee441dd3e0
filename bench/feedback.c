/* feedback.c: how many events a second the store takes down, each acknowledged after a sync: one at
 * a time by many writers, and in lists. `build/bench_feedback [STORE]`; a file in /tmp if none is
 * named. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/progress.h"
#include "store/feedback.h"

#define SECONDS 3.0
enum { LIST_MAX = 1000, WRITERS_MAX = 256 };

struct writer {
    pthread_t thread;
    struct feedback *feedback;
    int number, list;
    atomic_bool *stop;
    long events;
    double slowest;
};

static void *write_on(void *context) {
    struct writer *writer = context;
    static _Thread_local struct feedback_event events[LIST_MAX];
    static _Thread_local char person[32], items[LIST_MAX][16];
    snprintf(person, sizeof person, "w%d", writer->number);
    for (long n = 0; !atomic_load(writer->stop); n++) {
        struct error error;
        for (int i = 0; i < writer->list; i++) {
            snprintf(items[i], sizeof items[i], "%ld", (n * writer->list + i) % 4000);
            events[i] = (struct feedback_event){.person = person,
                                                .item = items[i],
                                                .kind = FEEDBACK_RATING,
                                                .value = 4,
                                                .time = n,
                                                .hour = -1};
        }
        const double began = progress_clock();
        if (feedback_append(writer->feedback, events, (size_t)writer->list, &error) != STATUS_OK) {
            fprintf(stderr, "%s\n", error.text);
            exit(1);
        }
        const double seconds = progress_clock() - began;
        writer->slowest = seconds > writer->slowest ? seconds : writer->slowest;
        writer->events += writer->list;
    }
    return NULL;
}

static void measure(struct feedback *feedback, int writers, int list) {
    static struct writer all[WRITERS_MAX];
    atomic_bool stop = false;
    struct feedback_counts before, after;
    struct error error;
    long events = 0;
    double slowest = 0;
    feedback_count(feedback, &before, &error);
    const double began = progress_clock();
    for (int w = 0; w < writers; w++) {
        all[w] = (struct writer){.feedback = feedback, .number = w, .list = list, .stop = &stop};
        pthread_create(&all[w].thread, NULL, write_on, &all[w]);
    }
    usleep((useconds_t)(1e6 * SECONDS));
    atomic_store(&stop, true);
    for (int w = 0; w < writers; w++) {
        pthread_join(all[w].thread, NULL);
        events += all[w].events;
        slowest = all[w].slowest > slowest ? all[w].slowest : slowest;
    }
    const double seconds = progress_clock() - began;
    feedback_count(feedback, &after, &error);
    printf("%4d writers, %4d events a call  %8.0f events/s  %6.0f commits/s  slowest %6.1f ms\n",
           writers, list, (double)events / seconds,
           (double)(after.commits - before.commits) / seconds, 1e3 * slowest);
}

int main(int argument_count, char **arguments) {
    char path[] = "/tmp/matinee-bench-XXXXXX", file[64];
    struct feedback *feedback;
    struct error error;
    if (!mkdtemp(path))
        return 1;
    snprintf(file, sizeof file, "%s/people.db", path);
    if (feedback_open(&feedback, argument_count > 1 ? arguments[1] : file, &error) != STATUS_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    measure(feedback, 1, 1);
    measure(feedback, 16, 1);
    measure(feedback, 128, 1);
    measure(feedback, 1, LIST_MAX);
    measure(feedback, 4, 100);
    feedback_close(feedback);
    files_remove_folder(path, &error);
    return 0;
}
