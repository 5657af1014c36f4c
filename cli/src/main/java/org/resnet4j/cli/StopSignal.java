package org.resnet4j.cli;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Whether a signal asked the program to stop; the second one ends it at once.
 *
 * <p>Left to the JVM, a signal begins the shutdown, and nothing but SIGKILL ends a shutdown that
 * waits for a checkpoint.
 */
final class StopSignal implements BooleanSupplier {
  private static final List<String> NAMES = List.of("INT", "TERM", "HUP");

  private volatile int number;

  /**
   * Begins to listen; only for a command that asks {@link #getAsBoolean} again and again.
   *
   * @param first runs on another thread when the first signal comes
   */
  void listen(Runnable first) {
    for (String name : NAMES) {
      try {
        listen(name, first);
      } catch (ReflectiveOperationException e) {
        // This system has no such signal, or java runs with -Xrs: the JVM's own answer stays.
      }
    }
  }

  // By reflection: a compiler of JDK 17 warns of the class, and no annotation keeps it quiet.
  private void listen(String name, Runnable first) throws ReflectiveOperationException {
    Class<?> signals = Class.forName("sun.misc.Signal");
    Class<?> handlers = Class.forName("sun.misc.SignalHandler");
    Object signal = signals.getConstructor(String.class).newInstance(name);
    int code = (int) signals.getMethod("getNumber").invoke(signal);
    Object handler =
        Proxy.newProxyInstance(
            handlers.getClassLoader(),
            new Class<?>[] {handlers},
            (proxy, method, arguments) -> {
              received(code, first);
              return null;
            });
    signals.getMethod("handle", signals, handlers).invoke(null, signal, handler);
  }

  private synchronized void received(int code, Runnable first) {
    if (number != 0) {
      Runtime.getRuntime().halt(128 + code);
    }
    number = code;
    first.run();
  }

  @Override
  public boolean getAsBoolean() {
    return number != 0;
  }

  /** The exit status of a program that a signal ended: 128 and the signal's number. */
  int status() {
    return 128 + number;
  }
}
