/*
 * Preloaded into a program (LD_PRELOAD): every operation by which it changes files below one folder is done as asked and
 * written down in one log, in the order in which it was done, so that a power cut can be played at any point of it.
 *
 *   LOA_SHADOW_ROOT  the folder, absolute, without a slash at its end
 *   LOA_SHADOW_LOG   where the log grows; outside the folder
 *
 * A record: head as below, then `firstBytes` and `secondBytes` of payload. Numbers are in this machine's byte order.
 * A sync is written down before it is asked for: what comes while it runs is not covered by it.
 * Paths are taken as they are given, without a look for `..` or links.
 * Not followed: openat and its like, and writes into mapped memory (SQLite's -shm file, which means nothing after a boot).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { CREATE = 1, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, LINK, MKDIR, RMDIR };

struct head {
  uint32_t kind;
  uint32_t firstBytes;
  uint32_t secondBytes;
  uint32_t reserved;
  uint64_t monoNs;
  uint64_t inode;
  uint64_t offset;
};

#define FILES_MAX 65536
#define PATH_BYTES_MAX 4096

static char root[PATH_BYTES_MAX];
static size_t rootBytes;
static int logFd = -1;
static pid_t self;
/* Our part of the environment, for programs that are started with none. */
static const char *const names[3] = { "LD_PRELOAD", "LOA_SHADOW_ROOT", "LOA_SHADOW_LOG" };
static char inherited[3][PATH_BYTES_MAX];
/* 0: not below the folder. */
static uint64_t inodeOf[FILES_MAX];
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name, result, ...) \
  static result (*real)(__VA_ARGS__); \
  if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

/* Looked up where it is used: a library that begins before us opens files already. */
static int realOpen(const char *path, int flags, mode_t mode) {
  REAL("open64", int, const char *, int, ...);
  return real(path, flags, mode);
}

static ssize_t realWritev(int fd, const struct iovec *parts, int count) {
  REAL("writev", ssize_t, int, const struct iovec *, int);
  return real(fd, parts, count);
}

__attribute__((constructor)) static void begin(void) {
  self = getpid();
  const char *folder = getenv("LOA_SHADOW_ROOT");
  const char *log = getenv("LOA_SHADOW_LOG");
  if (!folder || !log || strlen(folder) >= PATH_BYTES_MAX) return;
  strcpy(root, folder);
  rootBytes = strlen(root);
  for (int i = 0; i < 3; i++) {
    const char *value = getenv(names[i]);
    if (value) snprintf(inherited[i], PATH_BYTES_MAX, "%s=%s", names[i], value);
  }
  logFd = realOpen(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (logFd < 0) {
    perror("shadow: log");
    abort();
  }
}

static void lock(void) {
  pthread_mutex_lock(&turn);
}

static void unlock(void) {
  int kept = errno;
  pthread_mutex_unlock(&turn);
  errno = kept;
}

/* The path made absolute, or NULL where it is not below the folder. */
static const char *below(const char *path, char *room) {
  if (logFd < 0 || !path) return NULL;
  if (path[0] != '/') {
    if (!getcwd(room, PATH_BYTES_MAX) || strlen(room) + strlen(path) + 2 > PATH_BYTES_MAX) return NULL;
    strcat(strcat(room, "/"), path);
    path = room;
  }
  if (strncmp(path, root, rootBytes) != 0 || (path[rootBytes] != '/' && path[rootBytes] != 0)) return NULL;
  return path;
}

static uint64_t shadowed(int fd) {
  return fd >= 0 && fd < FILES_MAX && logFd >= 0 ? __atomic_load_n(&inodeOf[fd], __ATOMIC_ACQUIRE) : 0;
}

/* A child that shares our memory until it becomes another program has files of its own. */
static void follow(int fd, uint64_t inode) {
  if (getpid() != self) return;
  if (fd >= 0 && fd < FILES_MAX) __atomic_store_n(&inodeOf[fd], inode, __ATOMIC_RELEASE);
}

/* A log that cannot be written proves nothing: the program dies. */
static void note(enum kind kind, uint64_t inode, uint64_t offset, const void *first, size_t firstBytes, const void *second, size_t secondBytes) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  struct head head = { kind, (uint32_t)firstBytes, (uint32_t)secondBytes, 0, (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec, inode, offset };
  struct iovec parts[3] = { { &head, sizeof head }, { (void *)first, firstBytes }, { (void *)second, secondBytes } };
  size_t all = sizeof head + firstBytes + secondBytes;
  if (realWritev(logFd, parts, 3) != (ssize_t)all) {
    perror("shadow: log");
    abort();
  }
}

static void notePath(enum kind kind, uint64_t inode, const char *first, const char *second) {
  const char *a = first + rootBytes, *b = second ? second + rootBytes : "";
  note(kind, inode, 0, a, strlen(a), b, strlen(b));
}

static void noteWritten(uint64_t inode, off_t offset, const struct iovec *parts, int count, ssize_t written) {
  for (int i = 0; i < count && written > 0; i++) {
    size_t bytes = parts[i].iov_len < (size_t)written ? parts[i].iov_len : (size_t)written;
    if (bytes > 0) note(WRITE, inode, (uint64_t)offset, parts[i].iov_base, bytes, NULL, 0);
    offset += (off_t)bytes;
    written -= (ssize_t)bytes;
  }
}

static int opened(const char *path, int flags, mode_t mode) {
  char room[PATH_BYTES_MAX];
  const char *ours = below(path, room);
  if (!ours) return realOpen(path, flags, mode);
  lock();
  struct stat before, after;
  int there = stat(ours, &before) == 0;
  int fd = realOpen(path, flags, mode);
  if (fd >= 0 && fstat(fd, &after) == 0) {
    follow(fd, after.st_ino);
    if (!there) notePath(CREATE, after.st_ino, ours, NULL);
    else if ((flags & O_TRUNC) && before.st_size > 0) note(TRUNCATE, after.st_ino, 0, NULL, 0, NULL, 0);
  }
  unlock();
  return fd;
}

int open64(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | O_TMPFILE)) {
    va_list more;
    va_start(more, flags);
    mode = va_arg(more, mode_t);
    va_end(more);
  }
  return opened(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | O_TMPFILE)) {
    va_list more;
    va_start(more, flags);
    mode = va_arg(more, mode_t);
    va_end(more);
  }
  return opened(path, flags, mode);
}

int close(int fd) {
  REAL("close", int, int);
  follow(fd, 0);
  return real(fd);
}

int dup2(int from, int to) {
  REAL("dup2", int, int, int);
  follow(to, shadowed(from));
  return real(from, to);
}

int dup3(int from, int to, int flags) {
  REAL("dup3", int, int, int, int);
  follow(to, shadowed(from));
  return real(from, to, flags);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  uint64_t inode = shadowed(fd);
  if (!inode) return realWritev(fd, parts, count);
  lock();
  ssize_t written = realWritev(fd, parts, count);
  // Behind an append the position is the end, whatever it was before.
  if (written > 0) noteWritten(inode, lseek(fd, 0, SEEK_CUR) - written, parts, count, written);
  unlock();
  return written;
}

ssize_t write(int fd, const void *bytes, size_t count) {
  REAL("write", ssize_t, int, const void *, size_t);
  if (!shadowed(fd)) return real(fd, bytes, count);
  struct iovec one = { (void *)bytes, count };
  return writev(fd, &one, 1);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  REAL("pwritev64", ssize_t, int, const struct iovec *, int, off64_t);
  uint64_t inode = shadowed(fd);
  if (!inode) return real(fd, parts, count, offset);
  lock();
  ssize_t written = real(fd, parts, count, offset);
  if (written > 0) noteWritten(inode, offset, parts, count, written);
  unlock();
  return written;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(fd, parts, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  struct iovec one = { (void *)bytes, count };
  return pwritev64(fd, &one, 1, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  return pwrite64(fd, bytes, count, offset);
}

int ftruncate64(int fd, off64_t size) {
  REAL("ftruncate64", int, int, off64_t);
  uint64_t inode = shadowed(fd);
  if (!inode) return real(fd, size);
  lock();
  int failed = real(fd, size);
  if (!failed) note(TRUNCATE, inode, (uint64_t)size, NULL, 0, NULL, 0);
  unlock();
  return failed;
}

int ftruncate(int fd, off_t size) {
  return ftruncate64(fd, size);
}

static void noteSync(int fd) {
  uint64_t inode = shadowed(fd);
  if (!inode) return;
  lock();
  note(SYNC, inode, 0, NULL, 0, NULL, 0);
  unlock();
}

int fsync(int fd) {
  REAL("fsync", int, int);
  noteSync(fd);
  return real(fd);
}

int fdatasync(int fd) {
  REAL("fdatasync", int, int);
  noteSync(fd);
  return real(fd);
}

int rename(const char *from, const char *to) {
  REAL("rename", int, const char *, const char *);
  char roomFrom[PATH_BYTES_MAX], roomTo[PATH_BYTES_MAX];
  const char *a = below(from, roomFrom), *b = below(to, roomTo);
  if (!a && !b) return real(from, to);
  if (!a || !b) {
    fprintf(stderr, "shadow: a rename over the border of the folder: %s to %s\n", from, to);
    abort();
  }
  lock();
  int failed = real(from, to);
  if (!failed) notePath(RENAME, 0, a, b);
  unlock();
  return failed;
}

int link(const char *from, const char *to) {
  REAL("link", int, const char *, const char *);
  char roomFrom[PATH_BYTES_MAX], roomTo[PATH_BYTES_MAX];
  const char *a = below(from, roomFrom), *b = below(to, roomTo);
  if (!a || !b) return real(from, to);
  lock();
  int failed = real(from, to);
  if (!failed) notePath(LINK, 0, a, b);
  unlock();
  return failed;
}

int unlink(const char *path) {
  REAL("unlink", int, const char *);
  char room[PATH_BYTES_MAX];
  const char *ours = below(path, room);
  if (!ours) return real(path);
  lock();
  int failed = real(path);
  if (!failed) notePath(UNLINK, 0, ours, NULL);
  unlock();
  return failed;
}

int mkdir(const char *path, mode_t mode) {
  REAL("mkdir", int, const char *, mode_t);
  char room[PATH_BYTES_MAX];
  const char *ours = below(path, room);
  if (!ours) return real(path, mode);
  lock();
  int failed = real(path, mode);
  struct stat made;
  if (!failed && stat(ours, &made) == 0) notePath(MKDIR, made.st_ino, ours, NULL);
  unlock();
  return failed;
}

int rmdir(const char *path) {
  REAL("rmdir", int, const char *);
  char room[PATH_BYTES_MAX];
  const char *ours = below(path, room);
  if (!ours) return real(path);
  lock();
  int failed = real(path);
  if (!failed) notePath(RMDIR, 0, ours, NULL);
  unlock();
  return failed;
}

/* A part of the program that is a process of its own is watched too, also where it gets no environment. */
int execvp(const char *file, char *const arguments[]) {
  size_t count = 0, kept = 0;
  while (environ && environ[count]) count++;
  char *all[count + 4];
  for (size_t i = 0; i < count; i++) {
    int ours = 0;
    for (int j = 0; j < 3; j++) ours |= strncmp(environ[i], names[j], strlen(names[j])) == 0 && environ[i][strlen(names[j])] == '=';
    if (!ours || logFd < 0) all[kept++] = environ[i];
  }
  for (int j = 0; j < 3 && logFd >= 0; j++) all[kept++] = inherited[j];
  all[kept] = NULL;
  return execvpe(file, arguments, all);
}

/* What the kernel copied is read back. */
static void noteCopied(int fd, uint64_t inode, off_t offset, ssize_t bytes) {
  char *copied = malloc((size_t)bytes);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int reader = realOpen(path, O_RDONLY | O_CLOEXEC, 0);
  if (!copied || reader < 0 || pread(reader, copied, (size_t)bytes, offset) != bytes) abort();
  note(WRITE, inode, (uint64_t)offset, copied, (size_t)bytes, NULL, 0);
  close(reader);
  free(copied);
}

ssize_t sendfile64(int out, int in, off64_t *offset, size_t count) {
  REAL("sendfile64", ssize_t, int, int, off64_t *, size_t);
  uint64_t inode = shadowed(out);
  if (!inode) return real(out, in, offset, count);
  lock();
  ssize_t copied = real(out, in, offset, count);
  if (copied > 0) noteCopied(out, inode, lseek(out, 0, SEEK_CUR) - copied, copied);
  unlock();
  return copied;
}

/* libuv closes and copies files by the number of the call. */
long syscall(long number, ...) {
  REAL("syscall", long, long, ...);
  long given[6];
  va_list more;
  va_start(more, number);
  for (int i = 0; i < 6; i++) given[i] = va_arg(more, long);
  va_end(more);
  if (number == SYS_close) follow((int)given[0], 0);
  uint64_t inode = number == SYS_copy_file_range ? shadowed((int)given[2]) : 0;
  if (!inode) return real(number, given[0], given[1], given[2], given[3], given[4], given[5]);
  lock();
  off_t *place = (off_t *)given[3];
  long copied = real(number, given[0], given[1], given[2], given[3], given[4], given[5]);
  if (copied > 0) noteCopied((int)given[2], inode, (place ? *place : lseek((int)given[2], 0, SEEK_CUR)) - copied, copied);
  unlock();
  return copied;
}
