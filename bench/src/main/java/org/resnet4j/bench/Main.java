package org.resnet4j.bench;

import java.util.List;

/** The command line of {@code cli} and {@code resnet4j bench}. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the JVM with its exit status. */
  public static void main(String... arguments) {
    org.resnet4j.cli.Main.run(List.of(new BenchCommand()), arguments);
  }
}
