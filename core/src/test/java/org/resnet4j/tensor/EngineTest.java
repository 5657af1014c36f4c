package org.resnet4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each thread has the number of threads that it asked for last. */
class EngineTest {
  @AfterEach
  void takeAllAgain() {
    Engine.start();
  }

  @Test
  void a_thread_may_change_its_mind() {
    Engine.start();
    for (int threads : new int[] {1, 2, 1, Engine.threads()}) {
      Engine.adoptThread(threads);
      assertThat(torch.get_num_threads()).isEqualTo(threads);
    }
  }

  /** libtorch gives a thread that is new to it the number that any thread asked for last. */
  @Test
  void training_takes_all_threads_whatever_another_thread_asked_for() throws InterruptedException {
    Engine.start();
    Engine.adoptThread(1);
    int[] seen = new int[1];
    Thread training =
        new Thread(
            () -> {
              Engine.start();
              seen[0] = torch.get_num_threads();
            });
    training.start();
    training.join();
    assertThat(seen[0]).isEqualTo(Engine.threads());
  }
}
