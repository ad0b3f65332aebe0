Feature: Once
  A producer may send an event again, and it may be delivered again. The person is told
  once all the same, and the story says what came.

  Rule: The same event again tells nobody again

    Scenario: The producer sends it twice
      Given Ada was told by email of the event "order-1"
      When the event "order-1" is published again
      Then Ada has received 1 email
      And the story of "order-1" counts 1 duplicate

    Scenario: Twice in one breath
      When the event "order-1" for Ada is published 3 times at once
      Then Ada has received 1 email
      And the story of "order-1" counts 2 duplicates

    Scenario: Long after nobody remembers it but the store
      Given Ada was told by email of the event "order-1"
      And 2 days pass
      And the service is started anew
      When the event "order-1" is published again
      Then Ada has received 1 email
      And the story of "order-1" counts 1 duplicate

  Rule: Everything that was published may be delivered again

    Scenario: Everything is delivered once more
      Given Ada was told by email of the event "order-1"
      And Ada was told by email of the event "order-2"
      When everything is delivered once more
      Then Ada has received 2 emails
      And the story of "order-1" counts 0 duplicates

  Rule: Other content under the same id is a conflict: kept, and not told

    Scenario: The producer uses an id twice
      Given Ada was told by email of the event "order-1"
      When the event "order-1" is published with other content
      Then Ada has received 1 email
      And the story of "order-1" holds 1 conflict with its content
