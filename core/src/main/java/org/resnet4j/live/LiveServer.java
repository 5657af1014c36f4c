package org.resnet4j.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.resnet4j.report.LivePage;
import org.resnet4j.report.LivePage.Part;
import org.resnet4j.report.LivePage.State;
import org.resnet4j.train.Event;
import tools.jackson.databind.json.JsonMapper;

/**
 * Serves the page of one run to browsers of this machine.
 *
 * <p>Bound to 127.0.0.1, and only to requests that ask for that host by a name that no attacker's
 * domain can point here; it reads no file, takes no input but a version, and lets no other site
 * read its answers. Anybody with an account on the machine can open it. Browsers ask once a second;
 * each answer is drawn on the server's few threads, so that a slow browser, or a hundred, wait for
 * each other and never hold up the training.
 */
public final class LiveServer implements Consumer<Event>, AutoCloseable {
  private static final int THREADS = 8;
  private static final int WAITING = 64;
  private static final int SECONDS = 10;
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final Pattern HOST =
      Pattern.compile("(127\\.0\\.0\\.1|localhost)(:\\d{1,5})?", Pattern.CASE_INSENSITIVE);
  private static final Pattern AFTER = Pattern.compile("after=([0-9a-f]{8})\\.(\\d{1,18})");
  private static final String NOT_YET =
      "<!DOCTYPE html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content=1>"
          + "<title>resnet4j</title><p>The run is about to begin.";

  private final LiveRun run = new LiveRun();
  private final HttpServer server;
  private final ThreadPoolExecutor workers;
  private final CountDownLatch told = new CountDownLatch(1);

  /** Versions of another program at the same port mean something else. */
  private final String token = "%08x".formatted(ThreadLocalRandom.current().nextInt());

  private volatile long asked = System.nanoTime() - FRESH_NANOS;

  private LiveServer(HttpServer server) {
    this.server = server;
    workers =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            work -> {
              Thread thread = new Thread(work, "resnet4j-live");
              thread.setDaemon(true);
              return thread;
            },
            new ThreadPoolExecutor.CallerRunsPolicy()); // The server takes no more meanwhile.
    server.setExecutor(workers);
    server.createContext("/", this::answer);
    server.start();
  }

  /**
   * Opens a port of this machine alone.
   *
   * @param port 0 for any that is free
   * @throws IllegalArgumentException if the port is out of range or taken
   */
  public static LiveServer open(int port) {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          "port %d: must be 0, for any that is free, to 65535".formatted(port));
    }
    limit("sun.net.httpserver.maxReqTime");
    limit("sun.net.httpserver.maxRspTime");
    try {
      // By number: a name could lead elsewhere.
      InetAddress here = InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1});
      return new LiveServer(HttpServer.create(new InetSocketAddress(here, port), WAITING));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "port %d of 127.0.0.1 cannot be opened (%s); give another, or none for any that is free"
              .formatted(port, e.getMessage()),
          e);
    }
  }

  /** The JDK's server has no other way to be told; it reads this once. */
  private static void limit(String property) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(SECONDS));
    }
  }

  /** Where a browser finds the page. */
  public URI address() {
    return URI.create("http://127.0.0.1:%d/".formatted(server.getAddress().getPort()));
  }

  @Override
  public void accept(Event event) {
    run.accept(event);
  }

  /**
   * The run is over.
   *
   * @param word how, in a few words
   */
  public void end(State state, String word) {
    run.end(state, word);
  }

  /** Whether a browser asked in the last seconds. */
  boolean watched() {
    return System.nanoTime() - asked < FRESH_NANOS;
  }

  /** Ends; if a page is open, after it was told how the run ended, for which it has 2 seconds. */
  @Override
  public void close() {
    try {
      if (watched()) {
        told.await(2, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.stop(0);
    workers.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Headers headers = exchange.getResponseHeaders();
      headers.set("Cache-Control", "no-store");
      headers.set("X-Content-Type-Options", "nosniff");
      headers.set("X-Frame-Options", "DENY");
      headers.set("Cross-Origin-Resource-Policy", "same-origin");
      headers.set("Referrer-Policy", "no-referrer");
      String host = exchange.getRequestHeaders().getFirst("Host");
      if (host == null || !HOST.matcher(host).matches()) {
        send(exchange, 403, "text/plain", "This page is for 127.0.0.1 and localhost alone.\n");
      } else if (isOfAnotherSite(exchange.getRequestHeaders())) {
        send(exchange, 403, "text/plain", "No other site may ask for this page.\n");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        headers.set("Allow", "GET");
        send(exchange, 405, "text/plain", "Only GET is answered.\n");
      } else {
        get(exchange);
      }
    }
  }

  /**
   * Whether a page of another origin asks, by what browsers say of it: it could not read the
   * answer, but drawing one after another would take the training's cores. A link to the page may
   * be followed.
   */
  private static boolean isOfAnotherSite(Headers headers) {
    String site = headers.getFirst("Sec-Fetch-Site");
    return site != null
        && !site.equals("same-origin")
        && !site.equals("none")
        && !"document".equals(headers.getFirst("Sec-Fetch-Dest"));
  }

  private void get(HttpExchange exchange) throws IOException {
    URI uri = exchange.getRequestURI();
    boolean whole = uri.getPath().equals("/");
    if (!whole && !uri.getPath().equals("/parts")) {
      send(exchange, 404, "text/plain", "There is one page: /\n");
      return;
    }
    asked = System.nanoTime();
    Optional<LiveRun.Moment> now = run.now();
    if (now.isEmpty()) {
      send(exchange, 503, "text/html", NOT_YET);
    } else if (whole) {
      String version = token + "." + now.get().version();
      send(exchange, 200, "text/html", now.get().page().html(version));
    } else {
      send(exchange, 200, "application/json", parts(now.get(), uri.getQuery()));
      if (now.get().page().ended()) {
        told.countDown();
      }
    }
  }

  /** What changed after the version that the page has, as JSON. */
  private String parts(LiveRun.Moment now, @Nullable String query) {
    Matcher seen = AFTER.matcher(query == null ? "" : query);
    long after = seen.matches() && seen.group(1).equals(token) ? Long.parseLong(seen.group(2)) : 0;
    LivePage page = now.page();
    Map<String, String> parts = new LinkedHashMap<>();
    for (Part part : Part.values()) {
      if (now.changed().getOrDefault(part, 1L) > after) {
        parts.put(part.id(), page.html(part));
      }
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("version", token + "." + now.version());
    answer.put("ended", page.ended());
    answer.put("parts", parts);
    return JsonMapper.shared().writeValueAsString(answer);
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
    boolean head = exchange.getRequestMethod().equals("HEAD"); // Whose answers have no body.
    exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
    if (!head) {
      try (OutputStream body = exchange.getResponseBody()) {
        body.write(bytes);
      }
    }
  }
}
