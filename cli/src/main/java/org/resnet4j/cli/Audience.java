package org.resnet4j.cli;

import java.util.Optional;
import java.util.function.Consumer;
import org.resnet4j.live.LiveServer;
import org.resnet4j.mlflow.MlflowRun;
import org.resnet4j.report.LivePage.State;
import org.resnet4j.train.Event;
import org.resnet4j.train.Outcome;
import org.resnet4j.train.StoppedException;

/** All that listen to a run: the terminal, and the page and the server if asked for. */
record Audience(ConsoleReader console, Optional<LiveServer> page, Optional<MlflowRun> mlflow)
    implements Consumer<Event>, AutoCloseable {
  @Override
  public void accept(Event event) {
    page.ifPresent(server -> server.accept(event));
    mlflow.ifPresent(run -> run.accept(event));
    console.accept(event);
  }

  void finished(Outcome outcome) {
    String result = "finished: " + Figures.percent(outcome.test().top1()) + " of the test images";
    page.ifPresent(server -> server.end(State.FINISHED, result));
    mlflow.ifPresent(MlflowRun::finished);
  }

  void stopped(StoppedException stopped) {
    page.ifPresent(server -> server.end(State.STOPPED, "stopped at step " + stopped.step()));
    mlflow.ifPresent(MlflowRun::stopped);
  }

  void failed(RuntimeException e) {
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    page.ifPresent(server -> server.end(State.FAILED, "failed: " + reason));
  }

  /** Tells the page and the server how it ended, for which they have seconds. */
  @Override
  public void close() {
    console.close();
    page.ifPresent(LiveServer::close);
    mlflow.ifPresent(MlflowRun::close);
  }
}
