Feature: Receipts
  A provider that has taken something may say later what became of it: that it has arrived, or that
  it did not. Such words come late, twice, out of order, and sometimes before the provider's answer
  to the hand-over itself.

  Rule: What the provider says later moves a notification on, and never back

    Scenario: It has arrived
      Given Grace was told by SMS of the event "order-1"
      When the SMS provider says that the SMS of "order-1" has arrived
      Then the SMS of "order-1" is delivered

    Scenario: It did not arrive
      Given Grace was told by SMS of the event "order-1"
      When the SMS provider says that the SMS of "order-1" did not arrive
      Then the SMS of "order-1" has failed as undelivered
      And there is 1 dead letter

    Scenario: It says the same twice
      Given Grace was told by SMS of the event "order-1"
      And the SMS provider has said that the SMS of "order-1" has arrived
      When the SMS provider says that the SMS of "order-1" has arrived
      Then the story of "order-1" by SMS is:
        | step      | attempt | after |
        | SENDING   | 1       | 0 s   |
        | SENT      | 1       | 0 s   |
        | DELIVERED | 1       | 0 s   |

    Scenario: An older word comes after a newer one
      Given Grace was told by SMS of the event "order-1"
      And the SMS provider has said that the SMS of "order-1" has arrived
      When the SMS provider says that the SMS of "order-1" is on its way
      Then the SMS of "order-1" is delivered

    Scenario: It does not take back that it did not arrive
      Given Grace was told by SMS of the event "order-1"
      And the SMS provider has said that the SMS of "order-1" did not arrive
      When the SMS provider says that the SMS of "order-1" did not arrive
      And the SMS provider says that the SMS of "order-1" has arrived
      Then the SMS of "order-1" has failed as undelivered
      And there is 1 dead letter

  Rule: What did not arrive can be replayed, and only its new life counts from then on

    Scenario: It is sent again
      Given Grace was told by SMS of the event "order-1"
      And the SMS provider has said that the SMS of "order-1" did not arrive
      When the dead letters are replayed
      Then the SMS of "order-1" is sent
      And the SMS provider has been asked twice

    Scenario: The provider still speaks of the life before
      Given Grace was told by SMS of the event "order-1"
      And the SMS provider has said that the SMS of "order-1" did not arrive
      And the dead letters have been replayed
      When the SMS provider says that the first SMS of "order-1" did not arrive
      And the SMS provider says that the first SMS of "order-1" has arrived
      Then the SMS of "order-1" is sent

  Rule: What comes too early is kept until it can be heard

    Scenario: The receipt is quicker than the answer
      Given the SMS provider falls silent after 0 SMS
      And Grace is being told by SMS of the event "order-1"
      When the SMS provider says that the SMS of "order-1" has arrived
      And the SMS provider is well again
      Then the SMS of "order-1" is delivered

    Scenario: The worker has died before it could note the answer
      Given the SMS provider falls silent after 0 SMS
      And Grace is being told by SMS of the event "order-1"
      And the worker has died
      When the SMS provider says that the SMS of "order-1" has arrived
      And another worker works for 2 minutes
      Then the SMS of "order-1" is delivered
      And Grace has received 1 SMS

    Scenario: It would even have been sent again
      Given an uncertain SMS is sent again
      And the SMS provider falls silent after 0 SMS
      And Grace is being told by SMS of the event "order-1"
      And the worker has died
      When the SMS provider says that the SMS of "order-1" has arrived
      And another worker works for 20 minutes
      Then the SMS of "order-1" is delivered
      And Grace has received 1 SMS

  Rule: An uncertain SMS is settled by the provider's later word

    Scenario Outline: What it says becomes of it
      Given contact with the SMS provider is lost after 1 hand-over
      And Grace was told by SMS of the event "order-1"
      When the SMS provider says that the SMS of "order-1" <word>
      Then the SMS of "order-1" <ends>
      And the SMS provider has been asked once

      Examples:
        | word           | ends                      |
        | is on its way  | is sent                   |
        | has arrived    | is delivered              |
        | did not arrive | has failed as undelivered |

    Scenario: In the last second in which it is waited for
      Given contact with the SMS provider is lost after 1 hand-over
      And Grace was told by SMS of the event "order-1"
      And 1019 seconds pass
      When the SMS provider says that the SMS of "order-1" has arrived
      Then the SMS of "order-1" is delivered

    Scenario: While it waits for a person
      Given contact with the SMS provider is lost after 1 hand-over
      And Grace was told by SMS of the event "order-1"
      And 17 minutes pass
      When the SMS provider says that the SMS of "order-1" has arrived
      Then the SMS of "order-1" is delivered

    Scenario: Once it has been given up
      Given contact with the SMS provider is lost after 1 hand-over
      And Grace was told by SMS of the event "order-1"
      And 2 days pass
      When the SMS provider says that the SMS of "order-1" has arrived
      Then the SMS of "order-1" has failed as unresolved
