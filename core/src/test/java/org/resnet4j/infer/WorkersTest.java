package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.data.DataException;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.tensor.Precision;

/** What goes wrong on a thread of the pool comes to the caller in a form for callers. */
class WorkersTest {
  private static final Network NETWORK = Catalogue.network("resnet8").withClasses(3);
  private static final Map<String, Parameter> PARAMETERS =
      NETWORK.state().stream().collect(Collectors.toMap(Parameter::name, Function.identity()));
  private static final Workers.Kind SINGLE = new Workers.Kind(0, 1);

  private final Compiler compiler =
      new Compiler(
          NETWORK, name -> ReproducibleValues.fill(PARAMETERS.get(name)), Precision.FP32, null);
  private final Workers workers = new Workers(compiler, 2, 1);

  @AfterEach
  void close() {
    workers.close();
    compiler.close();
  }

  @Test
  void what_the_binding_throws_is_told_without_its_words() {
    assertThatThrownBy(
            () ->
                workers.call(
                    SINGLE,
                    plan -> {
                      throw new RuntimeException(
                          "[enforce fail at /src/oneDNN/memory.cpp:12] could not allocate\n#0 ...");
                    }))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the native engine failed; it may be short of memory: use a smaller batch or fewer threads")
        .hasRootCauseExactlyInstanceOf(RuntimeException.class);
    assertThat(workers.call(SINGLE, Plan::batch)).isEqualTo(1);
  }

  @Test
  void what_our_own_code_throws_stays_what_it_is() {
    DataException ours = new DataException("cat.jpg: no such file");
    assertThatThrownBy(
            () ->
                workers.call(
                    SINGLE,
                    plan -> {
                      throw ours;
                    }))
        .isSameAs(ours);
    OutOfMemoryError full = new OutOfMemoryError("Java heap space");
    assertThatThrownBy(
            () ->
                workers.call(
                    SINGLE,
                    plan -> {
                      throw full;
                    }))
        .isSameAs(full);
    assertThat(workers.call(SINGLE, Plan::batch)).isEqualTo(1);
  }

  @Test
  void an_interrupted_caller_stops_waiting_and_stays_interrupted() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Workers.Call<Integer> slow =
        workers.submit(
            SINGLE,
            plan -> {
              awaitUninterruptibly(release);
              return plan.batch();
            });
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(slow::result)
          .isInstanceOf(CancellationException.class)
          .hasMessage("interrupted while waiting for the network");
      assertThat(Thread.interrupted()).isTrue();
    } finally {
      Thread.interrupted();
      release.countDown();
    }
    assertThat(workers.call(SINGLE, Plan::batch)).isEqualTo(1);
  }

  @Test
  void closing_waits_for_the_work_under_way_even_if_interrupted() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Workers.Call<Integer> slow =
        workers.submit(
            SINGLE,
            plan -> {
              started.countDown();
              awaitUninterruptibly(release);
              plan.run();
              return plan.batch();
            });
    started.await();
    AtomicBoolean stayed = new AtomicBoolean();
    Thread closing =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              workers.close();
              stayed.set(Thread.currentThread().isInterrupted());
            });
    closing.start();
    closing.join(100);
    assertThat(closing.isAlive()).isTrue();
    release.countDown();
    closing.join();
    assertThat(stayed).isTrue();
    assertThat(slow.result()).isEqualTo(1);
  }

  @Test
  void refuses_work_once_closed() {
    workers.close();
    assertThatThrownBy(() -> workers.call(SINGLE, Plan::batch))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the classifier is closed; open another");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("workers are never interrupted", e);
    }
  }
}
