package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.resnet4j.live.LiveServer;
import org.resnet4j.mlflow.MlflowRun;
import picocli.CommandLine.Option;

/** Where a run can be watched beside the terminal. */
final class WatchOptions {
  @Option(
      names = "--live",
      arity = "0..1",
      fallbackValue = "0",
      paramLabel = "PORT",
      description = {
        "Show the run as a page on this machine, at 127.0.0.1",
        "(default port: any that is free)."
      })
  private @Nullable Integer live;

  @Option(
      names = "--mlflow",
      paramLabel = "URL",
      description = "Send recipe and curves to an MLflow tracking server.")
  private @Nullable String mlflow;

  /** Opens what was asked for and says where it is; the caller closes it. */
  Audience open(ConsoleReader console, PrintWriter err) {
    // The address before the port: what is opened last needs no closing if the other is wrong.
    Optional<MlflowRun> run =
        Optional.ofNullable(mlflow).map(url -> MlflowRun.at(url, console::note));
    try {
      Optional<LiveServer> page = Optional.ofNullable(live).map(LiveServer::open);
      page.ifPresent(server -> err.println("live page " + server.address()));
      return new Audience(console, page, run);
    } catch (RuntimeException e) {
      run.ifPresent(MlflowRun::close);
      throw e;
    }
  }
}
