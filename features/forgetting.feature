Feature: Forgetting a person
  Whoever asks to be forgotten is: their addresses, and what they were told, are erased. That
  somebody was told, when, and how it ended stays, so that the figures hold and nobody is told twice.

  Rule: What is kept of a person goes, and what happened stays

    Scenario: Told long ago
      Given Ada was told by email of the event "order-1"
      When Ada is forgotten
      Then nothing is kept of Ada
      And the email of "order-1" was sent at attempt 1
      And the story of "order-1" says that it was forgotten

    Scenario: Others are left alone
      Given Ada was told by email of the event "order-1"
      And Grace was told by SMS of the event "order-2"
      When Ada is forgotten
      Then 1 notification is kept of Grace

    Scenario: Looking first changes nothing
      Given Ada was told by email of the event "order-1"
      When somebody looks what forgetting Ada would erase
      Then 1 notification would be erased
      And 1 notification is kept of Ada

  Rule: An event goes whole, to whichever address it was

    Scenario: Only her email address is named
      Given Hedy was told by email and SMS of the event "order-1"
      When Hedy is forgotten by her email address alone
      Then nothing is kept of Hedy

  Rule: Nobody is told again

    Scenario: Everything is delivered once more
      Given Ada was told by email of the event "order-1"
      And Ada was forgotten
      When everything is delivered once more
      Then Ada has received 1 email
      And nothing is kept of Ada
      And there are 0 dead letters

    Scenario: The producer publishes it once more
      Given Ada was told by email of the event "order-1"
      And Ada was forgotten
      When the event "order-1" is published again
      Then Ada has received 1 email
      And the story of "order-1" counts 1 duplicate

    Scenario: A forgotten dead letter is not replayed
      Given the mail provider refuses the next email
      And Ada was told by email of the event "order-1"
      And Ada was forgotten
      When what was forgotten is replayed
      Then the dead letter is left, as its recipient is forgotten
      And Ada has received nothing

  Rule: What is still to be told stands in the way, unless it is withdrawn

    Scenario: Something waits
      Given Ada was told by email of the event "order-1"
      And Ada was told by email of an event that may be told in 10 minutes
      When Ada is forgotten
      And 10 minutes pass
      Then Ada has received 2 emails
      And 2 notifications are kept of Ada

    Scenario: What waits is withdrawn
      Given Ada was told by email of the event "order-1" that may be told in 10 minutes
      When Ada is forgotten, and what she has still to be told withdrawn
      And 10 minutes pass
      Then Ada has received nothing
      And nothing is kept of Ada
      And the email of "order-1" has failed as withdrawn

    Scenario: She is being told at this moment
      Given the SMS provider falls silent after 0 SMS
      And Grace is being told by SMS of the event "order-1"
      When Grace is forgotten, and what she has still to be told withdrawn
      Then 1 notification is kept of Grace

  Rule: What nobody could read, and what was never told, goes too

    Scenario: A record that is cut off
      Given an event that is cut off within Ada's address is published
      When Ada is forgotten
      Then nothing is kept of Ada
      And there is 1 dead letter

    Scenario: Other content under the same id
      Given Grace was told by SMS of the event "order-1"
      And the event "order-1" is published for Ada
      When Ada is forgotten
      Then nothing is kept of Ada

  Rule: Who did it stands in the audit log, and not whom

    Scenario: Asked for by letter
      Given Ada was told by email of the event "order-1"
      When Ada is forgotten
      Then the audit log says that Linus forgot 1 notification
      And the audit log holds no address
