/* Plays N MQTT 3.1.1 clients and one publisher in one process, so that one clock stamps both ends. Obeys lines on standard
 * input, answers each with one line of JSON:
 *   connect N WINDOW        N clients, each CONNECT and SUBSCRIBE to its two topics; at most WINDOW under way at once
 *   broadcast BYTES         the publisher sends one QoS 1 message of BYTES to the topic all read; answers when all have it
 *   freeze K                the first K clients read no more
 *   kept BYTES              the publisher retains one message of BYTES for each client's own topic
 *   herd N WINDOW SECONDS   N clients that had been cut come back: as connect, with a window for all of them
 *   settle N SECONDS        waits until N of those kept messages have come
 *   idle SECONDS            only serves what comes
 *   close                   all clients end
 * Usage: mqtt-load PORT PUBLISHER_PORT. Built by the benchmark with the machine's C compiler; Linux only (epoll). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { clientsMax = 20000, readBytes = 65536 };
enum state { IDLE, CONNECTING, GREETED, SUBSCRIBED, FROZEN };

struct client {
  int fd;
  enum state state;
  int got, keptGot;
  uint64_t gotAtNs;
  /* A packet under way: header digits, then body. */
  uint8_t head[5];
  int headBytes;
  uint32_t bodyLeft, bodyBytes;
  uint8_t body[96]; /* as much as its topic and identifier need */
};

static struct client clients[clientsMax], publisher;
static int count, ready, received, keptReceived, poller;
static uint16_t port, publisherPort;
static int publisherAcks;
static const char *broadcastTopic = "loa/1/g/xa-1/order";
static uint8_t buffer[readBytes];

static uint64_t nowNs(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static void fail(const char *what) {
  fprintf(stderr, "mqtt-load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int putString(uint8_t *at, const char *text) {
  int length = (int)strlen(text);
  at[0] = (uint8_t)(length >> 8);
  at[1] = (uint8_t)length;
  memcpy(at + 2, text, (size_t)length);
  return length + 2;
}

static int putHeader(uint8_t *at, uint8_t type, uint32_t length) {
  int n = 0;
  at[n++] = type;
  do {
    uint8_t digit = length & 0x7f;
    length >>= 7;
    at[n++] = digit | (length ? 0x80 : 0);
  } while (length);
  return n;
}

/* Small packets: the socket of a client that reads always has room for them. */
static void put(struct client *c, const uint8_t *bytes, int length) {
  ssize_t wrote = send(c->fd, bytes, (size_t)length, MSG_NOSIGNAL);
  if (wrote != length && errno != EPIPE && errno != ECONNRESET) fail("send");
}

static void sayConnect(struct client *c, const char *id) {
  uint8_t body[128], packet[160];
  int n = putString(body, "MQTT");
  body[n++] = 4;
  body[n++] = 2;
  body[n++] = 1; /* keep alive 300 s */
  body[n++] = 44;
  n += putString(body + n, id);
  int h = putHeader(packet, 0x10, (uint32_t)n);
  memcpy(packet + h, body, (size_t)n);
  put(c, packet, h + n);
}

static void ownTopic(char *topic, size_t size, int index) {
  snprintf(topic, size, "loa/1/d/hop-%d/dn/want", index);
}

static void saySubscribe(struct client *c, int index) {
  uint8_t body[160], packet[176];
  char own[64];
  ownTopic(own, sizeof own, index);
  int n = 0;
  body[n++] = 0;
  body[n++] = 1;
  n += putString(body + n, broadcastTopic);
  body[n++] = 1;
  n += putString(body + n, own);
  body[n++] = 1;
  int h = putHeader(packet, 0x82, (uint32_t)n);
  memcpy(packet + h, body, (size_t)n);
  put(c, packet, h + n);
}

static void openSocket(struct client *c, uint16_t to, int index) {
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) fail("socket");
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002u + (uint32_t)(index % 8))};
  setsockopt(c->fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (bind(c->fd, (struct sockaddr *)&from, sizeof from) < 0) fail("bind");
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(to), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(c->fd, (struct sockaddr *)&at, sizeof at) < 0 && errno != EINPROGRESS) fail("connect");
  struct epoll_event want = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
  epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &want);
  c->state = CONNECTING;
  c->headBytes = 0;
  c->bodyLeft = 0;
}

static void ended(struct client *c) {
  if (c->fd >= 0) close(c->fd);
  c->fd = -1;
  if (c->state == SUBSCRIBED) ready--;
  c->state = IDLE;
}

static void packetDone(struct client *c) {
  uint8_t type = c->head[0] >> 4;
  if (type == 2) {
    if (c == &publisher) c->state = SUBSCRIBED;
    else {
      c->state = GREETED;
      saySubscribe(c, (int)(c - clients));
    }
  } else if (type == 9) {
    c->state = SUBSCRIBED;
    ready++;
  } else if (type == 4 && c == &publisher) {
    publisherAcks++;
  } else if (type == 3) {
    int topicBytes = c->body[0] << 8 | c->body[1];
    if (c->head[0] & 6) {
      uint8_t ack[4] = {0x40, 2, c->body[2 + topicBytes], c->body[3 + topicBytes]};
      put(c, ack, 4);
    }
    if (topicBytes == (int)strlen(broadcastTopic)) {
      c->got++;
      c->gotAtNs = nowNs();
      received++;
    } else {
      c->keptGot++;
      keptReceived++;
    }
  }
}

static void feed(struct client *c, const uint8_t *bytes, ssize_t length) {
  for (ssize_t at = 0; at < length;) {
    if (c->bodyLeft == 0) {
      c->head[c->headBytes++] = bytes[at++];
      if (c->headBytes < 2 || (c->head[c->headBytes - 1] & 0x80)) continue;
      uint32_t size = 0;
      for (int i = c->headBytes - 1; i > 0; i--) size = size << 7 | (c->head[i] & 0x7f);
      c->bodyLeft = size;
      c->bodyBytes = 0;
      c->headBytes = 0;
      if (size == 0) packetDone(c);
      continue;
    }
    uint32_t step = c->bodyLeft < (uint32_t)(length - at) ? c->bodyLeft : (uint32_t)(length - at);
    for (uint32_t i = 0; i < step && c->bodyBytes + i < sizeof c->body; i++) c->body[c->bodyBytes + i] = bytes[at + (ssize_t)i];
    c->bodyBytes += step;
    c->bodyLeft -= step;
    at += (ssize_t)step;
    if (c->bodyLeft == 0) packetDone(c);
  }
}

static void onEvent(struct epoll_event *event) {
  struct client *c = event->data.ptr;
  if (c->fd < 0) return;
  if (c->state == CONNECTING && (event->events & EPOLLOUT) && !(event->events & (EPOLLERR | EPOLLHUP))) {
    struct epoll_event want = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &want);
    char id[32];
    snprintf(id, sizeof id, c == &publisher ? "centre:xa-1" : "box:hop-%d", (int)(c - clients));
    c->state = IDLE; /* CONNECT said; anything but CONNECTING */
    sayConnect(c, id);
  }
  if (!(event->events & (EPOLLIN | EPOLLERR | EPOLLHUP))) return;
  ssize_t length = recv(c->fd, buffer, sizeof buffer, 0);
  if (length > 0) feed(c, buffer, length);
  else if (length == 0 || errno != EAGAIN) ended(c);
}

static void turn(int waitMs) {
  static struct epoll_event events[1024];
  int n = epoll_wait(poller, events, 1024, waitMs);
  for (int i = 0; i < n; i++) onEvent(&events[i]);
}

static void openPublisher(void) {
  if (publisher.state != IDLE && publisher.fd >= 0) return;
  openSocket(&publisher, publisherPort, 1);
  uint64_t until = nowNs() + 20000000000ull;
  while (publisher.state != SUBSCRIBED && nowNs() < until) turn(100);
  if (publisher.state != SUBSCRIBED) fail("the publisher is not let in");
}

/* Clients that are not there come (again), at most `window` under way. Answers the seconds it took, or -1. */
static double comeAll(int n, int window, double secondsMax) {
  uint64_t began = nowNs(), last = 0;
  count = n;
  while (ready < n) {
    uint64_t now = nowNs();
    if ((double)(now - began) / 1e9 > secondsMax) return -1;
    int underWay = 0;
    for (int i = 0; i < n && last + 1000000 < now; i++) {
      if (clients[i].fd >= 0 && clients[i].state != SUBSCRIBED) underWay++;
    }
    if (last + 1000000 < now) {
      for (int i = 0; i < n && underWay < window; i++) {
        if (clients[i].fd >= 0) continue;
        openSocket(&clients[i], port, i);
        underWay++;
      }
      last = now;
    }
    turn(1);
  }
  return (double)(nowNs() - began) / 1e9;
}

/* The whole message leaves by as many sends as it takes. */
static void sayPublish(const char *topic, int bytes, int retain, uint16_t id) {
  uint8_t *packet = malloc((size_t)bytes + 256);
  uint8_t start[160];
  int n = putString(start, topic);
  start[n++] = (uint8_t)(id >> 8);
  start[n++] = (uint8_t)id;
  int h = putHeader(packet, (uint8_t)(0x32 | retain), (uint32_t)(n + bytes));
  memcpy(packet + h, start, (size_t)n);
  memset(packet + h + n, 'x', (size_t)bytes);
  size_t total = (size_t)(h + n + bytes);
  for (size_t sent = 0; sent < total;) {
    ssize_t wrote = send(publisher.fd, packet + sent, total - sent, MSG_NOSIGNAL);
    if (wrote > 0) sent += (size_t)wrote;
    else if (errno == EAGAIN) turn(1);
    else fail("publish");
  }
  free(packet);
}

static int byNumber(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static void broadcast(int bytes) {
  static double ms[clientsMax];
  openPublisher();
  int wanted = 0;
  for (int i = 0; i < count; i++) {
    if (clients[i].state == SUBSCRIBED) wanted++;
    clients[i].got = 0;
  }
  received = 0;
  uint64_t began = nowNs(), until = began + 30000000000ull;
  sayPublish(broadcastTopic, bytes, 0, 1);
  while (received < wanted && nowNs() < until) turn(100);
  int n = 0;
  for (int i = 0; i < count; i++)
    if (clients[i].got > 0) ms[n++] = (double)(clients[i].gotAtNs - began) / 1e6;
  qsort(ms, (size_t)n, sizeof *ms, byNumber);
  printf("{\"wanted\":%d,\"got\":%d,\"firstMs\":%.3f,\"medianMs\":%.3f,\"lastMs\":%.3f}\n", wanted, n, n ? ms[0] : -1, n ? ms[n / 2] : -1,
         n ? ms[n - 1] : -1);
}

static void freezeSome(int k) {
  for (int i = 0; i < k && i < count; i++) {
    if (clients[i].state != SUBSCRIBED) continue;
    epoll_ctl(poller, EPOLL_CTL_DEL, clients[i].fd, NULL);
    clients[i].state = FROZEN;
    ready--;
  }
  printf("{\"frozen\":%d}\n", k);
}

static void keep(int n, int bytes) {
  openPublisher();
  uint64_t began = nowNs(), until = began + 60000000000ull;
  publisherAcks = 0;
  for (int i = 0; i < n; i++) {
    char topic[64];
    ownTopic(topic, sizeof topic, i);
    sayPublish(topic, bytes, 1, (uint16_t)(i % 65535 + 1));
    /* A centre has some under way, not ten thousand. */
    while (i - publisherAcks > 500 && nowNs() < until) turn(100);
  }
  while (publisherAcks < n && nowNs() < until) turn(100);
  printf("{\"kept\":%d,\"seconds\":%.3f}\n", publisherAcks, (double)(nowNs() - began) / 1e9);
}

static void closeAll(void) {
  for (int i = 0; i < clientsMax; i++) {
    if (clients[i].fd >= 0) close(clients[i].fd);
    clients[i].fd = -1;
    clients[i].state = IDLE;
  }
  if (publisher.fd >= 0) close(publisher.fd);
  publisher.fd = -1;
  publisher.state = IDLE;
  ready = received = keptReceived = 0;
  printf("{\"closed\":true}\n");
}

static void obey(const char *line) {
  int n = 0, window = 0, bytes = 0;
  double seconds = 60;
  if (sscanf(line, "connect %d %d %lf", &n, &window, &seconds) >= 2 || sscanf(line, "herd %d %d %lf", &n, &window, &seconds) >= 2) {
    if (n > clientsMax) fail("too many clients");
    keptReceived = 0;
    double took = comeAll(n, window, seconds);
    printf("{\"ready\":%d,\"seconds\":%.3f}\n", ready, took);
  } else if (sscanf(line, "settle %d %lf", &n, &seconds) >= 1) {
    uint64_t began = nowNs();
    while (keptReceived < n && (double)(nowNs() - began) / 1e9 < seconds) turn(10);
    printf("{\"keptReceived\":%d,\"seconds\":%.3f}\n", keptReceived, (double)(nowNs() - began) / 1e9);
  } else if (sscanf(line, "idle %lf", &seconds) == 1) {
    uint64_t began = nowNs();
    while ((double)(nowNs() - began) / 1e9 < seconds) turn(10);
    printf("{\"ready\":%d}\n", ready);
  } else if (sscanf(line, "broadcast %d", &bytes) == 1) broadcast(bytes);
  else if (sscanf(line, "freeze %d", &n) == 1) freezeSome(n);
  else if (sscanf(line, "kept %d %d", &n, &bytes) == 2) keep(n, bytes);
  else if (strncmp(line, "close", 5) == 0) closeAll();
  else fail("not a command");
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  port = (uint16_t)atoi(argv[1]);
  publisherPort = (uint16_t)atoi(argv[2]);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  poller = epoll_create1(0);
  for (int i = 0; i < clientsMax; i++) clients[i].fd = -1;
  publisher.fd = -1;
  /* Lines are obeyed one after another; between them the clients' sockets are served too, as frozen ones must stay open. */
  fcntl(0, F_SETFL, O_NONBLOCK);
  char line[128];
  size_t have = 0;
  for (;;) {
    ssize_t n = read(0, line + have, 1);
    if (n == 0) return 0;
    if (n < 0) {
      turn(2);
      continue;
    }
    if (line[have] == '\n' || have + 2 > sizeof line) {
      line[have] = 0;
      obey(line);
      have = 0;
    } else have++;
  }
}
